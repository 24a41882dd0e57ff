…
"serve
M
case0/in0_string_tensorPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
Z
case0/StringToHashBucketStringToHashBucketcase0/in0_string_tensor*
num_buckets

M
case1/in1_string_tensorPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
^
case1/StringToHashBucketStringToHashBucketcase1/in1_string_tensor*
num_bucketsÿÿÿÿ
M
case2/in2_string_tensorPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
[
case2/StringToHashBucketStringToHashBucketcase2/in2_string_tensor*
num_bucketsè
D
case3/in3_string_tensorPlaceholder*
dtype0*
shape:
Z
case3/StringToHashBucketStringToHashBucketcase3/in3_string_tensor*
num_buckets
D
case4/in4_string_tensorPlaceholder*
dtype0*
shape:
[
case4/StringToHashBucketStringToHashBucketcase4/in4_string_tensor*
num_bucketsè
D
case5/in5_string_tensorPlaceholder*
dtype0*
shape:
[
case5/StringToHashBucketStringToHashBucketcase5/in5_string_tensor*
num_bucketsè
D
case6/in6_string_tensorPlaceholder*
dtype0*
shape:
^
case6/StringToHashBucketStringToHashBucketcase6/in6_string_tensor*
num_bucketsÿÿÿÿ
M
case7/in7_string_tensorPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
[
case7/StringToHashBucketStringToHashBucketcase7/in7_string_tensor*
num_bucketsè
D
case8/in8_string_tensorPlaceholder*
dtype0*
shape:
a
case8/StringToHashBucketStringToHashBucketcase8/in8_string_tensor*
num_buckets	€€€€€€€
M
case9/in9_string_tensorPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
^
case9/StringToHashBucketStringToHashBucketcase9/in9_string_tensor*
num_bucketsÿÿÿÿ"ª*œ
case1’
=
string_tensor,
case1/in1_string_tensor:0ÿÿÿÿÿÿÿÿÿ5
out0-
case1/StringToHashBucket:0	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Š
case3€
4
string_tensor#
case3/in3_string_tensor:0,
out0$
case3/StringToHashBucket:0	tensorflow/serving/predict*œ
case2’
=
string_tensor,
case2/in2_string_tensor:0ÿÿÿÿÿÿÿÿÿ5
out0-
case2/StringToHashBucket:0	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*œ
case9’
=
string_tensor,
case9/in9_string_tensor:0ÿÿÿÿÿÿÿÿÿ5
out0-
case9/StringToHashBucket:0	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Š
case4€
4
string_tensor#
case4/in4_string_tensor:0,
out0$
case4/StringToHashBucket:0	tensorflow/serving/predict*Š
case8€
4
string_tensor#
case8/in8_string_tensor:0,
out0$
case8/StringToHashBucket:0	tensorflow/serving/predict*œ
case7’
=
string_tensor,
case7/in7_string_tensor:0ÿÿÿÿÿÿÿÿÿ5
out0-
case7/StringToHashBucket:0	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Š
case5€
4
string_tensor#
case5/in5_string_tensor:0,
out0$
case5/StringToHashBucket:0	tensorflow/serving/predict*œ
case0’
=
string_tensor,
case0/in0_string_tensor:0ÿÿÿÿÿÿÿÿÿ5
out0-
case0/StringToHashBucket:0	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Š
case6€
4
string_tensor#
case6/in6_string_tensor:0,
out0$
case6/StringToHashBucket:0	tensorflow/serving/predict