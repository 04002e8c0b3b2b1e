;; Answers with the content of the mounted file greeting.txt.
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)

  ;; 0: pointer and length of a buffer, 8: how much was read or written,
  ;; 12: the opened file, 64 and 128: texts, 1024: the file's content.
  (data (i32.const 64) "Content-Type: text/plain; charset=utf-8\n\n")
  (data (i32.const 128) "greeting.txt")

  ;; Writes all of a text to standard output.
  (func $write (param $text i32) (param $length i32)
    (loop $rest
      (i32.store (i32.const 0) (local.get $text))
      (i32.store (i32.const 4) (local.get $length))
      (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))
        (then unreachable))
      (local.set $text (i32.add (local.get $text) (i32.load (i32.const 8))))
      (local.set $length (i32.sub (local.get $length) (i32.load (i32.const 8))))
      (br_if $rest (local.get $length))))

  (func (export "_start")
    ;; In the first preopened folder, 3, with the right to read, 2.
    (if (call $path_open (i32.const 3) (i32.const 0) (i32.const 128) (i32.const 12)
          (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 12))
      (then unreachable))
    (call $write (i32.const 64) (i32.const 41))
    (loop $more
      (i32.store (i32.const 0) (i32.const 1024))
      (i32.store (i32.const 4) (i32.const 4096))
      (if (call $fd_read (i32.load (i32.const 12)) (i32.const 0) (i32.const 1) (i32.const 8))
        (then unreachable))
      (if (i32.load (i32.const 8))
        (then
          (call $write (i32.const 1024) (i32.load (i32.const 8)))
          (br $more))))))
