“
"serveô
[
case0/in0_xPlaceholder*2
shape):'ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
0
case0/OnesLikeOnesLikecase0/in0_x*
T0
8
case1/in1_xPlaceholder*
shape:*
dtype0
0
case1/OnesLikeOnesLikecase1/in1_x*
T0
@
case2/in2_xPlaceholder*
shape:*
dtype0
0
case2/OnesLikeOnesLikecase2/in2_x*
T0"ª*®
case0¤
?
x:
case0/in0_x:0'ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿE
out0=
case0/OnesLike:0'ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*w
case2n
$
x
case2/in2_x:0*
out0"
case2/OnesLike:0tensorflow/serving/predict*g
case1^

x
case1/in1_x:0"
out0
case1/OnesLike:0tensorflow/serving/predict