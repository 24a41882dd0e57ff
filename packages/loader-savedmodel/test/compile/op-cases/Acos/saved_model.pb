”
"serveè
I
case0/in0_xPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
(

case0/AcosAcoscase0/in0_x*
T0
@
case1/in1_xPlaceholder*
shape:*
dtype0
(

case1/AcosAcoscase1/in1_x*
T0
V
case2/in2_xPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
(

case2/AcosAcoscase2/in2_x*
T0"ª*…
case0|
-
x(
case0/in0_x:0ÿÿÿÿÿÿÿÿÿ/
out0'
case0/Acos:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict* 
case2–
:
x5
case2/in2_x:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ<
out04
case2/Acos:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*s
case1j
$
x
case1/in1_x:0&
out0
case1/Acos:0tensorflow/serving/predict