MACHINE := aarch64# as wheels call it
