ì
"serveç
<
case0/in0_xPlaceholder*
shape
:*
dtype0
0
case0/BesselJ1BesselJ1case0/in0_x*
T0
A
case1/in1_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
0
case1/BesselJ1BesselJ1case1/in1_x*
T0
I
case2/in2_xPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
0
case2/BesselJ1BesselJ1case2/in2_x*
T0"ª*y
case1p
%
x 
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ+
out0#
case1/BesselJ1:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Š
case2€
-
x(
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ3
out0+
case2/BesselJ1:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*o
case0f
 
x
case0/in0_x:0&
out0
case0/BesselJ1:0tensorflow/serving/predict