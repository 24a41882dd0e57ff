—
"serveú
G
case0/in0_featuresPlaceholder*
shape:*
dtype0
1
case0/Relu6Relu6case0/in0_features*
T0
P
case1/in1_featuresPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
1
case1/Relu6Relu6case1/in1_features*
T0
?
case2/in2_featuresPlaceholder*
shape:*
dtype0
1
case2/Relu6Relu6case2/in2_features*
T0"ª*‚
case0y
2
features&
case0/in0_features:0'
out0
case0/Relu6:0tensorflow/serving/predict*r
case2i
*
features
case2/in2_features:0
out0
case2/Relu6:0tensorflow/serving/predict*•
case1‹
;
features/
case1/in1_features:0ÿÿÿÿÿÿÿÿÿ0
out0(
case1/Relu6:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict