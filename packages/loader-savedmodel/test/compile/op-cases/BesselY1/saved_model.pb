û
"serveì
R
case0/in0_xPlaceholder*)
shape :ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
0
case0/BesselY1BesselY1case0/in0_x*
T0
8
case1/in1_xPlaceholder*
shape:*
dtype0
0
case1/BesselY1BesselY1case1/in1_x*
T0
A
case2/in2_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
0
case2/BesselY1BesselY1case2/in2_x*
T0"ª*g
case1^

x
case1/in1_x:0"
out0
case1/BesselY1:0tensorflow/serving/predict*y
case2p
%
x 
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ+
out0#
case2/BesselY1:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*œ
case0’
6
x1
case0/in0_x:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ<
out04
case0/BesselY1:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict