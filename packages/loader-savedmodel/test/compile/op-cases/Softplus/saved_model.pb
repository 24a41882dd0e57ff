Ð
"serve–
H
case0/in0_featuresPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
7
case0/SoftplusSoftpluscase0/in0_features*
T0
Y
case1/in1_featuresPlaceholder*)
shape :ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
7
case1/SoftplusSoftpluscase1/in1_features*
T0
?
case2/in2_featuresPlaceholder*
shape:*
dtype0
7
case2/SoftplusSoftpluscase2/in2_features*
T0"ª*‡
case0~
3
features'
case0/in0_features:0ÿÿÿÿÿÿÿÿÿ+
out0#
case0/Softplus:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*u
case2l
*
features
case2/in2_features:0"
out0
case2/Softplus:0tensorflow/serving/predict*ª
case1 
D
features8
case1/in1_features:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ<
out04
case1/Softplus:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict