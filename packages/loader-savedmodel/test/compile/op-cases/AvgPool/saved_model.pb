	
"serve
Z
case0/in0_valuePlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
…
case0/AvgPoolAvgPoolcase0/in0_value*
data_formatNHWC*
ksize
*
paddingVALID*
strides
*
T0
H
case1/in1_valuePlaceholder*
shape:*
dtype0
„
case1/AvgPoolAvgPoolcase1/in1_value*
ksize
*
data_formatNHWC*
strides
*
paddingSAME*
T0
Z
case2/in2_valuePlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
…
case2/AvgPoolAvgPoolcase2/in2_value*
data_formatNHWC*
ksize
*
paddingVALID*
strides
*
T0"ª*«
case0¡
B
value9
case0/in0_value:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ?
out07
case0/AvgPool:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*«
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
case1/AvgPool:0tensorflow/serving/predict