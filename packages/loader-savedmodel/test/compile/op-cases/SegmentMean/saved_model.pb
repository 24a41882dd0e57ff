÷	
"serveÄ
;
case0/in0_dataPlaceholder*
shape:*
dtype0
K
case0/in0_segment_idsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0	
`
case0/SegmentMeanSegmentMeancase0/in0_datacase0/in0_segment_ids*
Tindices0	*
T0
H
case1/in1_dataPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
B
case1/in1_segment_idsPlaceholder*
shape:*
dtype0	
`
case1/SegmentMeanSegmentMeancase1/in1_datacase1/in1_segment_ids*
Tindices0	*
T0
;
case2/in2_dataPlaceholder*
shape:*
dtype0
B
case2/in2_segment_idsPlaceholder*
shape:*
dtype0
`
case2/SegmentMeanSegmentMeancase2/in2_datacase2/in2_segment_ids*
Tindices0*
T0"ª*µ
case0«
9
segment_ids*
case0/in0_segment_ids:0	ÿÿÿÿÿÿÿÿÿ
"
data
case0/in0_data:0.
out0&
case0/SegmentMean:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¬
case2¢
0
segment_ids!
case2/in2_segment_ids:0
"
data
case2/in2_data:0.
out0&
case2/SegmentMean:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*½
case1³
0
segment_ids!
case1/in1_segment_ids:0	
/
data'
case1/in1_data:0ÿÿÿÿÿÿÿÿÿ2
out0*
case1/SegmentMean:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict