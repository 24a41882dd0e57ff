¿
"serveÿ
V
case0/in0_xPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
.
case0/DigammaDigammacase0/in0_x*
T0
<
case1/in1_xPlaceholder*
shape
:*
dtype0
.
case1/DigammaDigammacase1/in1_x*
T0
R
case2/in2_xPlaceholder*)
shape :ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
.
case2/DigammaDigammacase2/in2_x*
T0"ª*£
case0™
:
x5
case0/in0_x:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ?
out07
case0/Digamma:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*›
case2‘
6
x1
case2/in2_x:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ;
out03
case2/Digamma:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*n
case1e
 
x
case1/in1_x:0%
out0
case1/Digamma:0tensorflow/serving/predict