MACHINE := x86_64# as wheels call it
