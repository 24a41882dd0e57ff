ù
"serve—
T
case0/in0_featuresPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
/

case0/ReluRelucase0/in0_features*
T0
]
case1/in1_featuresPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
/

case1/ReluRelucase1/in1_features*
T0
H
case2/in2_featuresPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
/

case2/ReluRelucase2/in2_features*
T0"ª*œ
case0’
?
features3
case0/in0_features:0ÿÿÿÿÿÿÿÿÿ3
out0+
case0/Relu:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*ƒ
case2z
3
features'
case2/in2_features:0ÿÿÿÿÿÿÿÿÿ'
out0
case2/Relu:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*®
case1¤
H
features<
case1/in1_features:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ<
out04
case1/Relu:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict