;; Traps while it is instantiated: before any request comes.
(module
  (memory (export "memory") 1)
  (func $initialise
    unreachable)
  (start $initialise)
  (func (export "_start")))
