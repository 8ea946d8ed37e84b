;; The second active segment lies outside of the memory: the first is written, then it traps.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "written")
  (data (i32.const 65535) "too long"))
