;; Loops with parameters, nested loops with operands below them, and br_table.
(module
  (memory (export "memory") 1)
  (global $steps (export "steps") (mut i64) (i64.const 0))
  ;; The sum of 1..n: sum and counter are parameters of the loop, with an operand below them.
  (func $sum (export "sum") (param $n i32) (result i64)
    (local $sum i64)
    (i64.const 1000000)
    (i64.const 0)
    (local.get $n)
    (loop $again (param i64 i32) (result i64)
      (local.set $n)
      (i64.extend_i32_u (local.get $n))
      (i64.add)
      (local.set $sum)
      (global.set $steps (i64.add (global.get $steps) (i64.const 1)))
      (local.get $sum)
      (i32.sub (local.get $n) (i32.const 1))
      (br_if $again (i32.gt_u (local.get $n) (i32.const 1)))
      (drop))
    (i64.add))
  ;; Fills a triangle of the memory from two nested loops, and gives a sum over it.
  (func (export "triangle") (param $n i32) (result i32)
    (local $i i32) (local $j i32) (local $sum i32)
    (loop $rows
      (local.set $j (i32.const 0))
      (loop $columns
        (i32.store
          (i32.mul (i32.add (i32.mul (local.get $i) (local.get $n)) (local.get $j)) (i32.const 4))
          (i32.mul (local.get $i) (local.get $j)))
        (local.set $sum
          (i32.add (local.get $sum)
            (i32.load (i32.mul (i32.add (i32.mul (local.get $i) (local.get $n)) (local.get $j)) (i32.const 4)))))
        (local.set $j (i32.add (local.get $j) (i32.const 1)))
        (br_if $columns (i32.le_u (local.get $j) (local.get $i))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $rows (i32.lt_u (local.get $i) (local.get $n))))
    (local.get $sum))
  ;; A machine of four states, one byte of its trace a step; state 3 ends it. Its table goes to blocks, and to the loop itself.
  (func (export "machine") (param $steps i32) (result i32)
    (local $state i32) (local $at i32)
    (loop $next
      (i32.store8 offset=8192 (local.get $at) (i32.add (local.get $state) (i32.const 65)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (local.set $state (i32.rem_u (i32.add (i32.mul (local.get $state) (i32.const 5)) (local.get $at)) (i32.const 3)))
      (if (i32.ge_u (local.get $at) (local.get $steps)) (then (local.set $state (i32.const 3))))
      (block $two
        (block $one
          (block $zero
            (block $end
              (br_table $zero $one $two $end $next (local.get $state)))
            (return (i32.add (local.get $at) (i32.mul (i32.const 1000) (i32.load8_u offset=8191 (local.get $at))))))
          (br $next))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next))
      (br $next))
    (unreachable))
  ;; br_table that carries a value to blocks with results.
  (func $pick (param $i i32) (param $value i64) (result i64)
    (block $b (result i64)
      (block $a (result i64)
        (br_table $a $b (local.get $value) (local.get $i)))
      (i64.add (i64.const 100)))
    (i64.add (i64.const 1)))
  (func (export "picks") (param $n i32) (result i64)
    (local $sum i64)
    (loop $again
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (local.set $sum (i64.add (local.get $sum) (call $pick (local.get $n) (i64.extend_i32_u (local.get $n)))))
      (br_if $again (local.get $n)))
    (local.get $sum)))
