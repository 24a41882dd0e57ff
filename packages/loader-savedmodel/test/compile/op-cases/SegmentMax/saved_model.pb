Å

"serveá
D
case0/in0_dataPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
B
case0/in0_segment_idsPlaceholder*
shape:*
dtype0	
^
case0/SegmentMax
SegmentMaxcase0/in0_datacase0/in0_segment_ids*
Tindices0	*
T0
L
case1/in1_dataPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
B
case1/in1_segment_idsPlaceholder*
shape:*
dtype0
^
case1/SegmentMax
SegmentMaxcase1/in1_datacase1/in1_segment_ids*
Tindices0*
T0
Q
case2/in2_dataPlaceholder*%
shape:ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
K
case2/in2_segment_idsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0	
^
case2/SegmentMax
SegmentMaxcase2/in2_datacase2/in2_segment_ids*
Tindices0	*
T0"ª*´
case0ª
0
segment_ids!
case0/in0_segment_ids:0	
+
data#
case0/in0_data:0ÿÿÿÿÿÿÿÿÿ-
out0%
case0/SegmentMax:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*×
case2Í
9
segment_ids*
case2/in2_segment_ids:0	ÿÿÿÿÿÿÿÿÿ
8
data0
case2/in2_data:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ:
out02
case2/SegmentMax:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ä
case1º
0
segment_ids!
case1/in1_segment_ids:0
3
data+
case1/in1_data:0ÿÿÿÿÿÿÿÿÿ5
out0-
case1/SegmentMax:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict