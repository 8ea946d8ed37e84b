;; One export of each kind, to be imported with right and wrong types.
(module
  (func (export "function") (param i64) (result f32) (f32.const 1))
  (table (export "table") 2 4 funcref)
  (memory (export "memory") 1 2)
  (global (export "constant") i32 (i32.const 1))
  (global (export "variable") (mut i32) (i32.const 1)))
