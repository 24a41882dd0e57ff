§

"serveÔ
Q
case0/in0_dataPlaceholder*%
shape:ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
B
case0/in0_segment_idsPlaceholder*
shape:*
dtype0	
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
case1/in1_segment_idsPlaceholder*
shape:*
dtype0	
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
T0"ª*Î
case0Ä
0
segment_ids!
case0/in0_segment_ids:0	
8
data0
case0/in0_data:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ:
out02
case0/SegmentSum:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*´
case2ª
0
segment_ids!
case2/in2_segment_ids:0
+
data#
case2/in2_data:0ÿÿÿÿÿÿÿÿÿ-
out0%
case2/SegmentSum:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¼
case1²
0
segment_ids!
case1/in1_segment_ids:0	
/
data'
case1/in1_data:0ÿÿÿÿÿÿÿÿÿ1
out0)
case1/SegmentSum:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict