;; Answers with its arguments, its environment and its standard input: the
;; request as CGI hands it over.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get"
    (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get"
    (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get"
    (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get"
    (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 4)

  ;; 0: pointer and length of a buffer, 8: how much was read or written,
  ;; 16: how many texts, 20: their length, 64: texts, 1024: pointers to the
  ;; texts, 65536: the texts, 196608: what was read.
  (data (i32.const 64) "Content-Type: text/plain; charset=utf-8\n\n")
  (data (i32.const 128) "\n")

  (func $write (param $text i32) (param $length i32)
    (loop $rest
      (i32.store (i32.const 0) (local.get $text))
      (i32.store (i32.const 4) (local.get $length))
      (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))
        (then unreachable))
      (local.set $text (i32.add (local.get $text) (i32.load (i32.const 8))))
      (local.set $length (i32.sub (local.get $length) (i32.load (i32.const 8))))
      (br_if $rest (local.get $length))))

  ;; Writes texts that end in a zero byte each, as lines. More than fit into
  ;; the memory set aside for them are a trap, never an overlap.
  (func $write_lines (param $length i32)
    (local $text i32) (local $end i32) (local $at i32)
    (local.set $text (i32.const 65536))
    (local.set $end (i32.add (i32.const 65536) (local.get $length)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $text) (local.get $end)))
        (local.set $at (local.get $text))
        (loop $scan
          (if (i32.load8_u (local.get $at))
            (then
              (local.set $at (i32.add (local.get $at) (i32.const 1)))
              (br $scan))))
        (if (i32.gt_u (local.get $at) (local.get $text))
          (then
            (call $write (local.get $text)
              (i32.sub (local.get $at) (local.get $text)))))
        (call $write (i32.const 128) (i32.const 1))
        (local.set $text (i32.add (local.get $at) (i32.const 1)))
        (br $next))))

  ;; Traps unless the announced texts fit.
  (func $check_sizes
    (if (i32.gt_u (i32.load (i32.const 16)) (i32.const 16000))
      (then unreachable))
    (if (i32.gt_u (i32.load (i32.const 20)) (i32.const 131072))
      (then unreachable)))

  (func (export "_start")
    (call $write (i32.const 64) (i32.const 41))

    (if (call $args_sizes_get (i32.const 16) (i32.const 20))
      (then unreachable))
    (call $check_sizes)
    (if (call $args_get (i32.const 1024) (i32.const 65536))
      (then unreachable))
    (call $write_lines (i32.load (i32.const 20)))
    (call $write (i32.const 128) (i32.const 1))

    (if (call $environ_sizes_get (i32.const 16) (i32.const 20))
      (then unreachable))
    (call $check_sizes)
    (if (call $environ_get (i32.const 1024) (i32.const 65536))
      (then unreachable))
    (call $write_lines (i32.load (i32.const 20)))
    (call $write (i32.const 128) (i32.const 1))

    (loop $more
      (i32.store (i32.const 0) (i32.const 196608))
      (i32.store (i32.const 4) (i32.const 4096))
      (if (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8))
        (then unreachable))
      (if (i32.load (i32.const 8))
        (then
          (call $write (i32.const 196608) (i32.load (i32.const 8)))
          (br $more))))))
