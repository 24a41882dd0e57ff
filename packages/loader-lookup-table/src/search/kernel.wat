;; Scores of a block of rows against one query, four (or sixteen) numbers at a time.
;;
;; Every function: rows from $rows on, $stride numbers each (a whole number of steps, padded with zeros); the query, $stride
;; float32s, at $query; one float32 a row is written to $out. Scales, where there are any, are one float32 a row at $scales.
;; Reading a row with two accumulators hides the latency of an addition.
;;
;; Built into kernel-binary.ts by `npm run kernel` of this package; a test holds both equal.
(module
  (import "table" "memory" (memory 1 65536 shared))

  (func $sum (param $v v128) (result f32)
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $v)) (f32x4.extract_lane 1 (local.get $v)))
      (f32.add (f32x4.extract_lane 2 (local.get $v)) (f32x4.extract_lane 3 (local.get $v)))))

  ;; Four halves, in the low half of each 32-bit lane, as float32: the exponents differ by 112, which the product corrects;
  ;; infinities and NaNs become large numbers (table.json must allow them, and says that they spoil searches).
  (func $half (param $h v128) (result v128)
    (v128.or
      (f32x4.mul
        (i32x4.shl (v128.and (local.get $h) (v128.const i32x4 0x7fff 0x7fff 0x7fff 0x7fff)) (i32.const 13))
        (v128.const f32x4 0x1p112 0x1p112 0x1p112 0x1p112))
      (i32x4.shl (v128.and (local.get $h) (v128.const i32x4 0x8000 0x8000 0x8000 0x8000)) (i32.const 16))))

  (func (export "dotFP32") (param $rows i32) (param $count i32) (param $stride i32) (param $query i32) (param $out i32)
    (local $at i32) (local $q i32) (local $end i32) (local $a v128) (local $b v128)
    (local.set $at (local.get $rows))
    (block $done (loop $row
      (br_if $done (i32.eqz (local.get $count)))
      (local.set $a (v128.const i32x4 0 0 0 0))
      (local.set $b (v128.const i32x4 0 0 0 0))
      (local.set $q (local.get $query))
      (local.set $end (i32.add (local.get $at) (i32.shl (local.get $stride) (i32.const 2))))
      (if (i32.and (local.get $stride) (i32.const 4)) (then
        (local.set $a (f32x4.mul (v128.load (local.get $at)) (v128.load (local.get $q))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $q (i32.add (local.get $q) (i32.const 16)))))
      (block $full (loop $step
        (br_if $full (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $a (f32x4.add (local.get $a) (f32x4.mul (v128.load (local.get $at)) (v128.load (local.get $q)))))
        (local.set $b (f32x4.add (local.get $b) (f32x4.mul (v128.load offset=16 (local.get $at)) (v128.load offset=16 (local.get $q)))))
        (local.set $at (i32.add (local.get $at) (i32.const 32)))
        (local.set $q (i32.add (local.get $q) (i32.const 32)))
        (br $step)))
      (f32.store (local.get $out) (call $sum (f32x4.add (local.get $a) (local.get $b))))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br $row))))

  (func (export "l2FP32") (param $rows i32) (param $count i32) (param $stride i32) (param $query i32) (param $out i32)
    (local $at i32) (local $q i32) (local $end i32) (local $a v128) (local $d v128)
    (local.set $at (local.get $rows))
    (block $done (loop $row
      (br_if $done (i32.eqz (local.get $count)))
      (local.set $a (v128.const i32x4 0 0 0 0))
      (local.set $q (local.get $query))
      (local.set $end (i32.add (local.get $at) (i32.shl (local.get $stride) (i32.const 2))))
      (block $full (loop $step
        (br_if $full (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $d (f32x4.sub (v128.load (local.get $at)) (v128.load (local.get $q))))
        (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $d) (local.get $d))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $q (i32.add (local.get $q) (i32.const 16)))
        (br $step)))
      (f32.store (local.get $out) (call $sum (local.get $a)))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br $row))))

  (func (export "dotFP16") (param $rows i32) (param $count i32) (param $stride i32) (param $query i32) (param $out i32)
    (local $at i32) (local $q i32) (local $end i32) (local $a v128) (local $h v128)
    (local.set $at (local.get $rows))
    (block $done (loop $row
      (br_if $done (i32.eqz (local.get $count)))
      (local.set $a (v128.const i32x4 0 0 0 0))
      (local.set $q (local.get $query))
      (local.set $end (i32.add (local.get $at) (i32.shl (local.get $stride) (i32.const 1))))
      (block $full (loop $step
        (br_if $full (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $h (v128.load (local.get $at)))
        (local.set $a (f32x4.add (local.get $a) (f32x4.mul (call $half (i32x4.extend_low_i16x8_u (local.get $h))) (v128.load (local.get $q)))))
        (local.set $a (f32x4.add (local.get $a) (f32x4.mul (call $half (i32x4.extend_high_i16x8_u (local.get $h))) (v128.load offset=16 (local.get $q)))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $q (i32.add (local.get $q) (i32.const 32)))
        (br $step)))
      (f32.store (local.get $out) (call $sum (local.get $a)))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br $row))))

  (func (export "l2FP16") (param $rows i32) (param $count i32) (param $stride i32) (param $query i32) (param $out i32)
    (local $at i32) (local $q i32) (local $end i32) (local $a v128) (local $h v128) (local $d v128)
    (local.set $at (local.get $rows))
    (block $done (loop $row
      (br_if $done (i32.eqz (local.get $count)))
      (local.set $a (v128.const i32x4 0 0 0 0))
      (local.set $q (local.get $query))
      (local.set $end (i32.add (local.get $at) (i32.shl (local.get $stride) (i32.const 1))))
      (block $full (loop $step
        (br_if $full (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $h (v128.load (local.get $at)))
        (local.set $d (f32x4.sub (call $half (i32x4.extend_low_i16x8_u (local.get $h))) (v128.load (local.get $q))))
        (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $d) (local.get $d))))
        (local.set $d (f32x4.sub (call $half (i32x4.extend_high_i16x8_u (local.get $h))) (v128.load offset=16 (local.get $q))))
        (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $d) (local.get $d))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $q (i32.add (local.get $q) (i32.const 32)))
        (br $step)))
      (f32.store (local.get $out) (call $sum (local.get $a)))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br $row))))

  ;; Without the rows' scales: the caller multiplies.
  (func (export "dotINT8") (param $rows i32) (param $count i32) (param $stride i32) (param $query i32) (param $out i32)
    (local $at i32) (local $q i32) (local $end i32) (local $a v128) (local $b v128) (local $w v128)
    (local.set $at (local.get $rows))
    (block $done (loop $row
      (br_if $done (i32.eqz (local.get $count)))
      (local.set $a (v128.const i32x4 0 0 0 0))
      (local.set $b (v128.const i32x4 0 0 0 0))
      (local.set $q (local.get $query))
      (local.set $end (i32.add (local.get $at) (local.get $stride)))
      (block $full (loop $step
        (br_if $full (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $w (v128.load8x8_s (local.get $at)))
        (local.set $a (f32x4.add (local.get $a) (f32x4.mul (f32x4.convert_i32x4_s (i32x4.extend_low_i16x8_s (local.get $w))) (v128.load (local.get $q)))))
        (local.set $b (f32x4.add (local.get $b) (f32x4.mul (f32x4.convert_i32x4_s (i32x4.extend_high_i16x8_s (local.get $w))) (v128.load offset=16 (local.get $q)))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (local.set $q (i32.add (local.get $q) (i32.const 32)))
        (br $step)))
      (f32.store (local.get $out) (call $sum (f32x4.add (local.get $a) (local.get $b))))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br $row))))

  (func (export "l2INT8") (param $rows i32) (param $count i32) (param $stride i32) (param $query i32) (param $out i32) (param $scales i32)
    (local $at i32) (local $q i32) (local $end i32) (local $a v128) (local $w v128) (local $d v128) (local $s v128)
    (local.set $at (local.get $rows))
    (block $done (loop $row
      (br_if $done (i32.eqz (local.get $count)))
      (local.set $a (v128.const i32x4 0 0 0 0))
      (local.set $s (v128.load32_splat (local.get $scales)))
      (local.set $q (local.get $query))
      (local.set $end (i32.add (local.get $at) (local.get $stride)))
      (block $full (loop $step
        (br_if $full (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $w (v128.load8x8_s (local.get $at)))
        (local.set $d (f32x4.sub (f32x4.mul (f32x4.convert_i32x4_s (i32x4.extend_low_i16x8_s (local.get $w))) (local.get $s)) (v128.load (local.get $q))))
        (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $d) (local.get $d))))
        (local.set $d (f32x4.sub (f32x4.mul (f32x4.convert_i32x4_s (i32x4.extend_high_i16x8_s (local.get $w))) (local.get $s)) (v128.load offset=16 (local.get $q))))
        (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $d) (local.get $d))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (local.set $q (i32.add (local.get $q) (i32.const 32)))
        (br $step)))
      (f32.store (local.get $out) (call $sum (local.get $a)))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $scales (i32.add (local.get $scales) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br $row)))))
