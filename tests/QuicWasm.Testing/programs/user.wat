;; Uses the library from another memory, at the same addresses.
(module
  (type $step (func (param i32) (result i32)))
  (import "library" "put" (func $put (param i32 i32)))
  (import "library" "get" (func $get (param i32) (result i32)))
  (import "library" "apply" (func $apply (param i32) (result i32)))
  (import "library" "table" (table 2 funcref))
  (memory (export "memory") 2)
  (elem (i32.const 0) $step)
  (func $step (type $step)
    (i32.store offset=8 (i32.const 0) (i32.add (i32.load offset=8 (i32.const 0)) (i32.const 1)))
    (i32.add (local.get 0) (i32.load offset=8 (i32.const 0))))
  (func (export "run") (param $n i32) (result i32)
    (local $sum i32)
    (loop $again
      (i32.store (i32.mul (local.get $n) (i32.const 16)) (i32.const 5))
      (call $put (i32.mul (local.get $n) (i32.const 16)) (local.get $n))
      (local.set $sum
        (i32.add
          (i32.add (local.get $sum) (i32.load (i32.mul (local.get $n) (i32.const 16))))
          (i32.add (call $get (i32.mul (local.get $n) (i32.const 16))) (call $apply (local.get $n)))))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n)))
    (local.get $sum)))
