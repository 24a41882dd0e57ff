	
"serve
Z
case0/in0_valuePlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
…
case0/AvgPoolAvgPoolcase0/in0_value*
ksize
*
strides
*
paddingVALID*
T0*
data_formatNHWC
H
case1/in1_valuePlaceholder*
dtype0*
shape:
„
case1/AvgPoolAvgPoolcase1/in1_value*
ksize
*
strides
*
paddingSAME*
T0*
data_formatNHWC
Z
case2/in2_valuePlaceholder*
dtype0*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
…
case2/AvgPoolAvgPoolcase2/in2_value*
ksize
*
strides
*
paddingVALID*
T0*
data_formatNHWC"ª*«
case2¡
B
value9
case2/in2_value:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ?
out07
case2/AvgPool:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*†
case1}
0
value'
case1/in1_value:0-
out0%
case1/AvgPool:0tensorflow/serving/predict*«
case0¡
B
value9
case0/in0_value:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ?
out07
case0/AvgPool:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict