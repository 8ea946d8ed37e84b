;; Calls through a table that changes meanwhile: of this module's functions, and of the host's.
(module
  (type $binary (func (param i32 i32) (result i32)))
  (import "host" "add" (func $host_add (type $binary)))
  (table $t (export "table") 4 16 funcref)
  (elem (i32.const 0) $sub $mul $host_add)
  (elem $late func $xor)
  (func $sub (type $binary) (i32.sub (local.get 0) (local.get 1)))
  (func $mul (type $binary) (i32.mul (local.get 0) (local.get 1)))
  (func $xor (type $binary) (i32.xor (local.get 0) (local.get 1)))
  (func (export "run") (param $n i32) (result i32)
    (local $sum i32)
    (table.init $t $late (i32.const 3) (i32.const 0) (i32.const 1))
    (elem.drop $late)
    (drop (table.grow $t (ref.func $sub) (i32.const 2)))
    (loop $again
      (local.set $sum
        (call_indirect (type $binary)
          (local.get $sum)
          (call_indirect (type $binary) (local.get $n) (i32.const 3) (i32.rem_u (local.get $n) (i32.const 6)))
          (i32.rem_u (local.get $n) (i32.const 3))))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n)))
    (local.get $sum)))
