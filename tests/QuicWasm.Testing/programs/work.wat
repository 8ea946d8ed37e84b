;; A long run of calls, direct, indirect and of the host.
(module
  (type $step (func (param i32) (result i32)))
  (import "host" "step" (func $host_step (type $step)))
  (table 1 funcref)
  (elem (i32.const 0) $step)
  (func $step (type $step) (i32.add (local.get 0) (i32.const 1)))
  (func (export "run") (param $n i32) (result i32)
    (local $x i32)
    (loop $again
      (local.set $x (call $host_step (call_indirect (type $step) (call $step (local.get $x)) (i32.const 0))))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n)))
    (local.get $x)))
