Ð
"serveÃ
8
case0/in0_xPlaceholder*
shape:*
dtype0

M
case0/in0_yPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0

6
case0/LogicalOr	LogicalOrcase0/in0_xcase0/in0_y
D
case1/in1_xPlaceholder*
shape:*
dtype0

8
case1/in1_yPlaceholder*
shape:*
dtype0

6
case1/LogicalOr	LogicalOrcase1/in1_xcase1/in1_y
@
case2/in2_xPlaceholder*
shape:*
dtype0

I
case2/in2_yPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0

6
case2/LogicalOr	LogicalOrcase2/in2_xcase2/in2_y"ª*±
case0§

x
case0/in0_x:0

1
y,
case0/in0_y:0
ÿÿÿÿÿÿÿÿÿ8
out00
case0/LogicalOr:0
ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¨
case2ž
$
x
case2/in2_x:0

-
y(
case2/in2_y:0
ÿÿÿÿÿÿÿÿÿ+
out0#
case2/LogicalOr:0
tensorflow/serving/predict*Ÿ
case1•
(
x#
case1/in1_x:0


y
case1/in1_y:0
/
out0'
case1/LogicalOr:0
tensorflow/serving/predict