;; Relaxed vector instructions on operands where the specification leaves a choice, with vectors alive across calls.
(module
  (func $mix (param $v v128) (param $n i32) (result v128)
    (f32x4.relaxed_madd
      (local.get $v)
      (f32x4.splat (f32.convert_i32_s (local.get $n)))
      (f32x4.relaxed_min (v128.const f32x4 0 -0 nan 1) (v128.const f32x4 -0 0 1 nan))))
  (func (export "run") (param $n i32) (result v128 v128)
    (local $a v128)
    (local $b v128)
    (local.set $a (v128.const f32x4 1.1 2.2 3.3 4.4))
    (loop $again
      (local.set $b
        (i32x4.dot_i8x16_i7x16_add_s
          (v128.const i8x16 -128 -128 127 127 1 2 3 4 -1 -2 -3 -4 -128 -128 -128 -128)
          (v128.const i8x16 -128 -128 127 127 1 2 3 4 127 127 1 1 -128 -128 -128 -128)
          (i32x4.relaxed_trunc_f32x4_s (call $mix (local.get $a) (local.get $n)))))
      (local.set $a (i8x16.relaxed_swizzle (call $mix (local.get $a) (i32.const 3)) (v128.const i8x16 4 5 6 7 8 9 10 11 12 13 14 15 0 16 128 3)))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n)))
    (local.get $a) (local.get $b)))
