ã
"serveŽ
_
case0/in0_xPlaceholder*6
shape-:+ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
0
case0/BesselY0BesselY0case0/in0_x*
T0
A
case1/in1_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
0
case1/BesselY0BesselY0case1/in1_x*
T0
M
case2/in2_xPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
0
case2/BesselY0BesselY0case2/in2_x*
T0"ª*y
case1p
%
x 
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ+
out0#
case1/BesselY0:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*’
case2ˆ
1
x,
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ7
out0/
case2/BesselY0:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¶
case0¬
C
x>
case0/in0_x:0+ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿI
out0A
case0/BesselY0:0+ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict