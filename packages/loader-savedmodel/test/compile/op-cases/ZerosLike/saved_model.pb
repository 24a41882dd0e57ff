
"serveõ
A
case0/in0_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
2
case0/ZerosLike	ZerosLikecase0/in0_x*
T0
I
case1/in1_xPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0

2
case1/ZerosLike	ZerosLikecase1/in1_x*
T0

D
case2/in2_xPlaceholder*
shape:*
dtype0
2
case2/ZerosLike	ZerosLikecase2/in2_x*
T0"ª*z
case0q
%
x 
case0/in0_x:0ÿÿÿÿÿÿÿÿÿ,
out0$
case0/ZerosLike:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*€
case2w
(
x#
case2/in2_x:0/
out0'
case2/ZerosLike:0tensorflow/serving/predict*‹
case1
-
x(
case1/in1_x:0
ÿÿÿÿÿÿÿÿÿ4
out0,
case1/ZerosLike:0
ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict