# The globals that the main module imports from the library, and what its C code reaches them through.
	.globaltype	pair_changed, i64
	.import_name	pair_changed, pair_changed
	.globaltype	pair_bias, i32
	.import_name	pair_bias, pair_bias
	.globaltype	pair_rules, i32, immutable
	.import_name	pair_rules, pair_rules
	.globaltype	pair_shared_grid, i32, immutable
	.import_name	pair_shared_grid, pair_shared_grid

	.section	.text.pair_changed_take,"",@
	.globl	pair_changed_take
	.type	pair_changed_take,@function
pair_changed_take:
	.functype	pair_changed_take () -> (i64)
	global.get	pair_changed
	i64.const	0
	global.set	pair_changed
	end_function

	.section	.text.pair_bias_write,"",@
	.globl	pair_bias_write
	.type	pair_bias_write,@function
pair_bias_write:
	.functype	pair_bias_write (i32) -> ()
	local.get	0
	global.set	pair_bias
	end_function

	.section	.text.pair_rules_address,"",@
	.globl	pair_rules_address
	.type	pair_rules_address,@function
pair_rules_address:
	.functype	pair_rules_address () -> (i32)
	global.get	pair_rules
	end_function

	.section	.text.pair_grid_address,"",@
	.globl	pair_grid_address
	.type	pair_grid_address,@function
pair_grid_address:
	.functype	pair_grid_address () -> (i32)
	global.get	pair_shared_grid
	end_function
