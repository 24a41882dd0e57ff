¢

"serveý
>
case0/in0_values0Placeholder*
dtype0*
shape:
>
case0/in0_values1Placeholder*
dtype0*
shape:
>
case0/in0_values2Placeholder*
shape:*
dtype0
‚
case0/ParallelConcatParallelConcatcase0/in0_values0case0/in0_values1case0/in0_values2*
T0*
N*
shape:
B
case1/in1_values0Placeholder*
dtype0
*
shape
:
B
case1/in1_values1Placeholder*
dtype0
*
shape
:
s
case1/ParallelConcatParallelConcatcase1/in1_values0case1/in1_values1*
T0
*
N*
shape
:
J
case2/in2_values0Placeholder*
shape:*
dtype0
h
case2/ParallelConcatParallelConcatcase2/in2_values0*
T0*
N*
shape:"ª*°
case1¦
,
values1!
case1/in1_values1:0

,
values0!
case1/in1_values0:0
,
out0$
case1/ParallelConcat:0
tensorflow/serving/predict*’
case2ˆ
4
values0)
case2/in2_values0:04
out0,
case2/ParallelConcat:0tensorflow/serving/predict*Î
case0Ä
(
values2
case0/in0_values2:0
(
values1
case0/in0_values1:0
(
values0
case0/in0_values0:0(
out0 
case0/ParallelConcat:0tensorflow/serving/predict