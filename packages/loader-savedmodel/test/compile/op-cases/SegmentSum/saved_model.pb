§

"serveÔ
Q
case0/in0_dataPlaceholder*%
shape:ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
B
case0/in0_segment_idsPlaceholder*
dtype0	*
shape:
^
case0/SegmentSum
SegmentSumcase0/in0_datacase0/in0_segment_ids*
Tindices0	*
T0
H
case1/in1_dataPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
B
case1/in1_segment_idsPlaceholder*
dtype0	*
shape:
^
case1/SegmentSum
SegmentSumcase1/in1_datacase1/in1_segment_ids*
Tindices0	*
T0
D
case2/in2_dataPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
B
case2/in2_segment_idsPlaceholder*
shape:*
dtype0
^
case2/SegmentSum
SegmentSumcase2/in2_datacase2/in2_segment_ids*
Tindices0*
T0"ª*¼
case1²
/
data'
case1/in1_data:0ÿÿÿÿÿÿÿÿÿ
0
segment_ids!
case1/in1_segment_ids:0	1
out0)
case1/SegmentSum:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*´
case2ª
+
data#
case2/in2_data:0ÿÿÿÿÿÿÿÿÿ
0
segment_ids!
case2/in2_segment_ids:0-
out0%
case2/SegmentSum:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Î
case0Ä
8
data0
case0/in0_data:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
0
segment_ids!
case0/in0_segment_ids:0	:
out02
case0/SegmentSum:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict