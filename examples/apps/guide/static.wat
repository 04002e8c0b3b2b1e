;; A server of static files: answers with the mounted file that PATH_INFO
;; names, and with index.html for the root.
(module
  (import "wasi_snapshot_preview1" "environ_sizes_get"
    (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get"
    (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 4)

  ;; 0: pointer and length of a buffer, 8: how much was read or written,
  ;; 12: the opened file, 16: how many variables, 20: their length, 64 to 511:
  ;; texts, 1024: pointers to the variables, 65536: the variables, 196608: what
  ;; was read.
  (data (i32.const 64) "PATH_INFO=")
  (data (i32.const 80) "index.html")
  (data (i32.const 96) "Content-Type: text/html; charset=utf-8\n\n")
  (data (i32.const 160) "Content-Type: text/css; charset=utf-8\n\n")
  (data (i32.const 224) "Content-Type: image/svg+xml\n\n")
  (data (i32.const 288) "Content-Type: application/octet-stream\n\n")
  (data (i32.const 352)
    "Status: 404 Not Found\nContent-Type: text/plain; charset=utf-8\n\nNo such file\n")
  (data (i32.const 448) ".html")
  (data (i32.const 456) ".css")
  (data (i32.const 464) ".svg")

  (func $write (param $text i32) (param $length i32)
    (loop $rest
      (i32.store (i32.const 0) (local.get $text))
      (i32.store (i32.const 4) (local.get $length))
      (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))
        (then unreachable))
      (local.set $text (i32.add (local.get $text) (i32.load (i32.const 8))))
      (local.set $length (i32.sub (local.get $length) (i32.load (i32.const 8))))
      (br_if $rest (local.get $length))))

  ;; Whether two texts of one length are equal.
  (func $equal (param $one i32) (param $other i32) (param $length i32) (result i32)
    (block $no
      (loop $next
        (if (i32.eqz (local.get $length))
          (then (return (i32.const 1))))
        (br_if $no (i32.ne (i32.load8_u (local.get $one))
                           (i32.load8_u (local.get $other))))
        (local.set $one (i32.add (local.get $one) (i32.const 1)))
        (local.set $other (i32.add (local.get $other) (i32.const 1)))
        (local.set $length (i32.sub (local.get $length) (i32.const 1)))
        (br $next)))
    (i32.const 0))

  ;; The length of a text up to its zero byte.
  (func $length (param $text i32) (result i32)
    (local $at i32)
    (local.set $at (local.get $text))
    (loop $scan
      (if (i32.load8_u (local.get $at))
        (then
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $scan))))
    (i32.sub (local.get $at) (local.get $text)))

  (func $ends_with
    (param $text i32) (param $length i32) (param $end i32) (param $end_length i32)
    (result i32)
    (if (i32.lt_u (local.get $length) (local.get $end_length))
      (then (return (i32.const 0))))
    (call $equal
      (i32.sub (i32.add (local.get $text) (local.get $length)) (local.get $end_length))
      (local.get $end)
      (local.get $end_length)))

  ;; The value of PATH_INFO, or of an empty text.
  (func $path_info (result i32)
    (local $text i32) (local $end i32)
    (if (call $environ_sizes_get (i32.const 16) (i32.const 20))
      (then unreachable))
    (if (i32.gt_u (i32.load (i32.const 16)) (i32.const 16000))
      (then unreachable))
    (if (i32.gt_u (i32.load (i32.const 20)) (i32.const 131072))
      (then unreachable))
    (if (call $environ_get (i32.const 1024) (i32.const 65536))
      (then unreachable))
    (local.set $text (i32.const 65536))
    (local.set $end (i32.add (i32.const 65536) (i32.load (i32.const 20))))
    (block $none
      (loop $next
        (br_if $none (i32.ge_u (local.get $text) (local.get $end)))
        (if (call $equal (local.get $text) (i32.const 64) (i32.const 10))
          (then (return (i32.add (local.get $text) (i32.const 10)))))
        (local.set $text
          (i32.add (i32.add (local.get $text) (call $length (local.get $text)))
            (i32.const 1)))
        (br $next)))
    ;; A place that holds a zero byte.
    (i32.const 511))

  ;; Reads the next part of the opened file; not zero if that fails.
  (func $read (result i32)
    (i32.store (i32.const 0) (i32.const 196608))
    (i32.store (i32.const 4) (i32.const 32768))
    (call $fd_read (i32.load (i32.const 12)) (i32.const 0) (i32.const 1) (i32.const 8)))

  (func $write_content_type (param $path i32) (param $length i32)
    (if (call $ends_with (local.get $path) (local.get $length) (i32.const 448) (i32.const 5))
      (then (call $write (i32.const 96) (i32.const 40)) (return)))
    (if (call $ends_with (local.get $path) (local.get $length) (i32.const 456) (i32.const 4))
      (then (call $write (i32.const 160) (i32.const 39)) (return)))
    (if (call $ends_with (local.get $path) (local.get $length) (i32.const 464) (i32.const 4))
      (then (call $write (i32.const 224) (i32.const 29)) (return)))
    (call $write (i32.const 288) (i32.const 40)))

  (func (export "_start")
    (local $path i32) (local $length i32) (local $read i32)
    (local.set $path (call $path_info))
    ;; Paths of WASI are relative to a folder.
    (if (i32.eq (i32.load8_u (local.get $path)) (i32.const 47))
      (then (local.set $path (i32.add (local.get $path) (i32.const 1)))))
    (local.set $length (call $length (local.get $path)))
    (if (i32.eqz (local.get $length))
      (then
        (local.set $path (i32.const 80))
        (local.set $length (i32.const 10))))
    (block $not_found
      (br_if $not_found
        (call $path_open (i32.const 3) (i32.const 0) (local.get $path) (local.get $length)
          (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 12)))
      ;; A folder opens, but can not be read.
      (br_if $not_found (call $read))
      (local.set $read (i32.load (i32.const 8)))
      (call $write_content_type (local.get $path) (local.get $length))
      (block $end
        (loop $more
          (br_if $end (i32.eqz (local.get $read)))
          (call $write (i32.const 196608) (local.get $read))
          (if (call $read)
            (then unreachable))
          (local.set $read (i32.load (i32.const 8)))
          (br $more)))
      (return))
    (call $write (i32.const 352) (i32.const 76))))
