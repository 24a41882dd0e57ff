Î

"serveá
^
case0/in0_dataPlaceholder*2
shape):'ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
B
case0/in0_segment_idsPlaceholder*
shape:*
dtype0	
^
case0/SegmentMin
SegmentMincase0/in0_datacase0/in0_segment_ids*
Tindices0	*
T0
?
case1/in1_dataPlaceholder*
shape
:*
dtype0
K
case1/in1_segment_idsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
^
case1/SegmentMin
SegmentMincase1/in1_datacase1/in1_segment_ids*
Tindices0*
T0
;
case2/in2_dataPlaceholder*
shape:*
dtype0
K
case2/in2_segment_idsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
^
case2/SegmentMin
SegmentMincase2/in2_datacase2/in2_segment_ids*
Tindices0*
T0"ª*è
case0Þ
0
segment_ids!
case0/in0_segment_ids:0	
E
data=
case0/in0_data:0'ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿG
out0?
case0/SegmentMin:0'ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*´
case2ª
9
segment_ids*
case2/in2_segment_ids:0ÿÿÿÿÿÿÿÿÿ
"
data
case2/in2_data:0-
out0%
case2/SegmentMin:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¼
case1²
9
segment_ids*
case1/in1_segment_ids:0ÿÿÿÿÿÿÿÿÿ
&
data
case1/in1_data:01
out0)
case1/SegmentMin:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict