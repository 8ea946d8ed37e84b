;; Programs that end only when somebody stops them.
(module
  (global $turns (export "turns") (mut i64) (i64.const 0))
  (func (export "spin") (loop $again (br $again)))
  (func (export "spin_on_condition") (param i32) (loop $again (br_if $again (local.get 0))))
  (func (export "spin_through_table") (param i32) (loop $again (br_table $again $again (local.get 0))))
  ;; It counts, and never meets its bound.
  (func (export "spin_counting") (param $i i32)
    (loop $again (br_if $again (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 2))) (i32.const 0)))))
  (func $turn (global.set $turns (i64.add (global.get $turns) (i64.const 1))))
  (func (export "spin_calling") (loop $again (call $turn) (br $again))))
