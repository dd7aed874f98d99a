# A static program for i386 without a C library: writes a line, fails to open a file and ends with status 3; with an argument it
# writes to address 0 instead. Built wherever the assembler knows --32, that is without any 32-bit library.
        .section .rodata
line:   .ascii "thirty-two bits\n"
path:   .asciz "/no/such/file"

        .text
        .globl _start
_start:
        movl    $4, %eax                # write(1, line, 16)
        movl    $1, %ebx
        movl    $line, %ecx
        movl    $16, %edx
        int     $0x80
        movl    $5, %eax                # open(path, O_RDONLY)
        movl    $path, %ebx
        xorl    %ecx, %ecx
        int     $0x80
        movl    $199, %eax              # getuid32()
        int     $0x80
        cmpl    $1, (%esp)              # argc
        jg      crash
        movl    $1, %eax                # exit(3)
        movl    $3, %ebx
        int     $0x80
crash:  xorl    %eax, %eax
        movl    $1, (%eax)
