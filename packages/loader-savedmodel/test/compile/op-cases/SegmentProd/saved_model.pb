

"serveÒ
D
case0/in0_dataPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
B
case0/in0_segment_idsPlaceholder*
shape:*
dtype0	
`
case0/SegmentProdSegmentProdcase0/in0_datacase0/in0_segment_ids*
Tindices0	*
T0
D
case1/in1_dataPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
K
case1/in1_segment_idsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
`
case1/SegmentProdSegmentProdcase1/in1_datacase1/in1_segment_ids*
Tindices0*
T0
D
case2/in2_dataPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
B
case2/in2_segment_idsPlaceholder*
shape:*
dtype0
`
case2/SegmentProdSegmentProdcase2/in2_datacase2/in2_segment_ids*
Tindices0*
T0"ª*µ
case0«
0
segment_ids!
case0/in0_segment_ids:0	
+
data#
case0/in0_data:0ÿÿÿÿÿÿÿÿÿ.
out0&
case0/SegmentProd:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*µ
case2«
0
segment_ids!
case2/in2_segment_ids:0
+
data#
case2/in2_data:0ÿÿÿÿÿÿÿÿÿ.
out0&
case2/SegmentProd:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¾
case1´
9
segment_ids*
case1/in1_segment_ids:0ÿÿÿÿÿÿÿÿÿ
+
data#
case1/in1_data:0ÿÿÿÿÿÿÿÿÿ.
out0&
case1/SegmentProd:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict