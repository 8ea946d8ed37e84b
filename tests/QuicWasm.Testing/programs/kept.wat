;; Values that only operands keep: the locals they were read from are not read again.
(module
  (func $next (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func (export "run") (param $n i32) (result i64)
    (local $i i32) (local $integer i64) (local $single f32) (local $double f64) (local $vector v128)
    (local.set $integer (i64.mul (i64.extend_i32_u (local.get $n)) (i64.const 1000003)))
    (local.set $single (f32.mul (f32.convert_i32_u (local.get $n)) (f32.const 0.5)))
    (local.set $double (f64.mul (f64.convert_i32_u (local.get $n)) (f64.const -0.25)))
    (local.set $vector (i32x4.splat (i32.mul (local.get $n) (i32.const 77))))
    (i64.add
      (i64.add
        (local.get $integer)
        (i64.trunc_f64_s (f64.mul (f64.const 1000) (f64.add
          (local.get $double)
          (f64.promote_f32 (f32.add
            (local.get $single)
            (block (result f32)
              (loop $again
                (local.set $i (call $next (local.get $i)))
                (br_if $again (i32.lt_u (local.get $i) (local.get $n))))
              (f32.convert_i32_u (local.get $i)))))))))
      (i64.add
        (i64x2.extract_lane 1 (local.get $vector))
        (block (result i64)
          (local.set $i (i32.const 0))
          (loop $again
            (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
          (i64.extend_i32_u (local.get $i)))))))
