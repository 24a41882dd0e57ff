°
"serveñ
E
case0/in0_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
(

case0/AtanAtancase0/in0_x*
T0
M
case1/in1_xPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
(

case1/AtanAtancase1/in1_x*
T0
V
case2/in2_xPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
(

case2/AtanAtancase2/in2_x*
T0"ª*}
case0t
)
x$
case0/in0_x:0ÿÿÿÿÿÿÿÿÿ+
out0#
case0/Atan:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict* 
case2–
:
x5
case2/in2_x:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ<
out04
case2/Atan:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ž
case1„
1
x,
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ3
out0+
case1/Atan:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict