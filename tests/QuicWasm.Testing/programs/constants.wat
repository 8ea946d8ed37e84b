;; Constant expressions that compute, in globals and in the offsets of segments.
(module
  (type $none (func (result i32)))
  (global $four i32 (i32.const 4))
  (global $wide i64 (i64.sub (i64.mul (i64.const 0x100000001) (i64.const 3)) (i64.const 0x300000000)))
  (global $sum i32 (i32.add (global.get $four) (i32.mul (i32.const 0x10000) (i32.const 0x10001))))
  (global $set (mut i32) (i32.sub (i32.const 1) (global.get $four)))
  (memory 2)
  (table $t 8 funcref)
  (elem (i32.sub (global.get $four) (i32.const 1)) $ten)
  (data (i32.add (global.get $sum) (i32.const 1)) "\07")
  (func $ten (type $none) (i32.const 10))
  (func (export "run") (param $n i32) (result i32)
    (local $sum i32)
    (loop $again
      (global.set $set (i32.add (global.get $set) (i32.const 1)))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n)))
    (i32.add
      (i32.add (i32.wrap_i64 (global.get $wide)) (global.get $set)) ;; 3 + 0
      (i32.add
        (i32.add (call_indirect $t (type $none) (i32.const 3)) (i32.load8_u (i32.const 65541))) ;; 10 + 7
        (i32.sub (global.get $sum) (i32.const 63539)))))) ;; 65540 - 63539 = 2001
