;; An instance with a memory of its own, which calls back through a table.
(module
  (type $step (func (param i32) (result i32)))
  (memory (export "memory") 1 3)
  (table (export "table") 2 funcref)
  (global $calls (export "calls") (mut i32) (i32.const 0))
  (func (export "put") (param i32 i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i32.store (local.get 0) (local.get 1)))
  (func (export "get") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "apply") (param $value i32) (result i32)
    (i32.store offset=100 (i32.const 0) (call_indirect (type $step) (local.get $value) (i32.const 0)))
    (i32.add (i32.load offset=100 (i32.const 0)) (memory.grow (i32.const 1)))))
