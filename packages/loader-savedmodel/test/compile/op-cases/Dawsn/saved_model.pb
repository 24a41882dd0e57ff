„
"serveæ
@
case0/in0_xPlaceholder*
shape:*
dtype0
*
case0/DawsnDawsncase0/in0_x*
T0
V
case1/in1_xPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
*
case1/DawsnDawsncase1/in1_x*
T0
A
case2/in2_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
*
case2/DawsnDawsncase2/in2_x*
T0"ª*¡
case1—
:
x5
case1/in1_x:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ=
out05
case1/Dawsn:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*v
case2m
%
x 
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ(
out0 
case2/Dawsn:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*t
case0k
$
x
case0/in0_x:0'
out0
case0/Dawsn:0tensorflow/serving/predict