;; What tails.wat calls in tail position: with a memory of its own, and a table that both fill.
(module
  (type $step (func (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\05")
  (table $t (export "table") 4 funcref)
  (func (export "step") (type $step) (param $n i32) (param $sum i32) (result i32)
    (local $seen i32)
    (local.set $seen (i32.load8_u (i32.const 0)))
    (i32.store8 (i32.const 0) (i32.add (local.get $seen) (i32.const 1)))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 3)) (local.get $seen)))
    (if (i32.eqz (local.get $n)) (then (return (local.get $sum))))
    (return_call_indirect $t (type $step)
      (i32.sub (local.get $n) (i32.const 1)) (local.get $sum) (i32.rem_u (local.get $n) (i32.const 3)))))
