# The library's mutable WebAssembly globals, which C cannot name, and what its C code reaches them through.
	.globl	pair_changed
	.globaltype	pair_changed, i64
pair_changed:

	.globl	pair_bias
	.globaltype	pair_bias, i32
pair_bias:

	.section	.text.pair_changed_read,"",@
	.globl	pair_changed_read
	.type	pair_changed_read,@function
pair_changed_read:
	.functype	pair_changed_read () -> (i64)
	global.get	pair_changed
	end_function

	.section	.text.pair_changed_write,"",@
	.globl	pair_changed_write
	.type	pair_changed_write,@function
pair_changed_write:
	.functype	pair_changed_write (i64) -> ()
	local.get	0
	global.set	pair_changed
	end_function

	.section	.text.pair_bias_read,"",@
	.globl	pair_bias_read
	.type	pair_bias_read,@function
pair_bias_read:
	.functype	pair_bias_read () -> (i32)
	global.get	pair_bias
	end_function
