æ
"serve™
Q
case0/in0_conditionPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
2
case0/WhereWherecase0/in0_condition*
T0
U
case1/in1_conditionPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0

2
case1/WhereWherecase1/in1_condition*
T0

L
case2/in2_conditionPlaceholder*
shape:*
dtype0
2
case2/WhereWherecase2/in2_condition*
T0"ª*“
case0‰
=
	condition0
case0/in0_condition:0ÿÿÿÿÿÿÿÿÿ,
out0$
case0/Where:0	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*
case2„
8
	condition+
case2/in2_condition:0,
out0$
case2/Where:0	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*—
case1
A
	condition4
case1/in1_condition:0
ÿÿÿÿÿÿÿÿÿ,
out0$
case1/Where:0	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict