Ú
"serve¸
H
case0/in0_valuePlaceholder*
dtype0*
shape:
…
case0/AvgPoolAvgPoolcase0/in0_value*
T0*
strides
*
ksize
*
paddingVALID*
data_formatNCHW
2
case0/IdentityIdentitycase0/AvgPool*
T0
H
case1/in1_valuePlaceholder*
dtype0*
shape:
„
case1/AvgPoolAvgPoolcase1/in1_value*
T0*
strides
*
ksize
*
paddingSAME*
data_formatNHWC
Z
case2/in2_valuePlaceholder*
dtype0*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
…
case2/AvgPoolAvgPoolcase2/in2_value*
T0*
strides
*
paddingVALID*
ksize
*
data_formatNCHW
2
case2/IdentityIdentitycase2/AvgPool*
T0
Q
case3/in3_valuePlaceholder*
dtype0*$
shape:ÿÿÿÿÿÿÿÿÿ
…
case3/AvgPoolAvgPoolcase3/in3_value*
T0*
strides
*
ksize
*
paddingVALID*
data_formatNCHW
2
case3/IdentityIdentitycase3/AvgPool*
T0
Z
case4/in4_valuePlaceholder*
dtype0*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
…
case4/AvgPoolAvgPoolcase4/in4_value*
T0*
strides
*
paddingVALID*
ksize
*
data_formatNHWC
H
case5/in5_valuePlaceholder*
dtype0*
shape:
„
case5/AvgPoolAvgPoolcase5/in5_value*
T0*
strides
*
paddingSAME*
ksize
*
data_formatNHWC"ª*†
case1}
0
value'
case1/in1_value:0-
out0%
case1/AvgPool:0tensorflow/serving/predict*š
case3
9
value0
case3/in3_value:0ÿÿÿÿÿÿÿÿÿ7
out0/
case3/Identity:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*‡
case0~
0
value'
case0/in0_value:0.
out0&
case0/Identity:0tensorflow/serving/predict*†
case5}
0
value'
case5/in5_value:0-
out0%
case5/AvgPool:0tensorflow/serving/predict*«
case4¡
B
value9
case4/in4_value:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ?
out07
case4/AvgPool:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¬
case2¢
B
value9
case2/in2_value:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ@
out08
case2/Identity:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict