Ë
"serve¨
A
case0/in0_xPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
8
case0/in0_yPlaceholder*
dtype0*
shape:
L
case0/ListDiffListDiffcase0/in0_xcase0/in0_y*
T0*
out_idx0
8
case1/in1_xPlaceholder*
dtype0*
shape:	
8
case1/in1_yPlaceholder*
dtype0*
shape:
L
case1/ListDiffListDiffcase1/in1_xcase1/in1_y*
T0*
out_idx0	
8
case2/in2_xPlaceholder*
dtype0*
shape:
A
case2/in2_yPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
L
case2/ListDiffListDiffcase2/in2_xcase2/in2_y*
T0*
out_idx0
A
case3/in3_xPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
8
case3/in3_yPlaceholder*
dtype0*
shape:
L
case3/ListDiffListDiffcase3/in3_xcase3/in3_y*
T0*
out_idx0	"ª*¼
case1²

x
case1/in1_x:0	

y
case1/in1_y:0+
out1#
case1/ListDiff:1	ÿÿÿÿÿÿÿÿÿ+
out0#
case1/ListDiff:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Å
case3»
%
x 
case3/in3_x:0ÿÿÿÿÿÿÿÿÿ

y
case3/in3_y:0+
out1#
case3/ListDiff:1	ÿÿÿÿÿÿÿÿÿ+
out0#
case3/ListDiff:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Å
case2»

x
case2/in2_x:0
%
y 
case2/in2_y:0ÿÿÿÿÿÿÿÿÿ+
out1#
case2/ListDiff:1ÿÿÿÿÿÿÿÿÿ+
out0#
case2/ListDiff:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Å
case0»
%
x 
case0/in0_x:0ÿÿÿÿÿÿÿÿÿ

y
case0/in0_y:0+
out1#
case0/ListDiff:1ÿÿÿÿÿÿÿÿÿ+
out0#
case0/ListDiff:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict