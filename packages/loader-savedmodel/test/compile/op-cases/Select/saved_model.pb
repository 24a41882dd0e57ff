ª
"serve
Q
case0/in0_conditionPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0

@
case0/in0_xPlaceholder*
shape:*
dtype0
I
case0/in0_yPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
N
case0/SelectSelectcase0/in0_conditioncase0/in0_xcase0/in0_y*
T0
@
case1/in1_conditionPlaceholder*
shape:*
dtype0

@
case1/in1_xPlaceholder*
shape:*
dtype0
I
case1/in1_yPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
N
case1/SelectSelectcase1/in1_conditioncase1/in1_xcase1/in1_y*
T0
D
case2/in2_conditionPlaceholder*
shape
:*
dtype0

E
case2/in2_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
N
case2/in2_yPlaceholder*%
shape:ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
N
case2/SelectSelectcase2/in2_conditioncase2/in2_xcase2/in2_y*
T0"ª*ä
case0Ú
$
x
case0/in0_x:0
=
	condition0
case0/in0_condition:0
ÿÿÿÿÿÿÿÿÿ
-
y(
case0/in0_y:0ÿÿÿÿÿÿÿÿÿ(
out0 
case0/Select:0tensorflow/serving/predict*İ
case2Ó
)
x$
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ
0
	condition#
case2/in2_condition:0

2
y-
case2/in2_y:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ$
out0
case2/Select:0tensorflow/serving/predict*Ó
case1É
$
x
case1/in1_x:0
,
	condition
case1/in1_condition:0

-
y(
case1/in1_y:0ÿÿÿÿÿÿÿÿÿ(
out0 
case1/Select:0tensorflow/serving/predict