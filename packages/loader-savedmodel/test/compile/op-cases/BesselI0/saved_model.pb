­
"serveü
V
case0/in0_xPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
0
case0/BesselI0BesselI0case0/in0_x*
T0
<
case1/in1_xPlaceholder*
shape
:*
dtype0
0
case1/BesselI0BesselI0case1/in1_x*
T0
I
case2/in2_xPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
0
case2/BesselI0BesselI0case2/in2_x*
T0"ª*o
case1f
 
x
case1/in1_x:0&
out0
case1/BesselI0:0tensorflow/serving/predict*Š
case2€
-
x(
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ3
out0+
case2/BesselI0:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¤
case0š
:
x5
case0/in0_x:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ@
out08
case0/BesselI0:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict