;; Imports a function that no host of Wagi modules offers.
(module
  (import "weather" "forecast" (func $forecast (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (drop (call $forecast))))
