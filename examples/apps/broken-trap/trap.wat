;; Compiles, links and instantiates, and traps on every request.
(module
  (memory (export "memory") 1)
  (func (export "_start")
    unreachable))
