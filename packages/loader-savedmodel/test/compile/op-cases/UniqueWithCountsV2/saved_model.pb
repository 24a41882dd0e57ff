ð
"serveå
@
case0/in0_xPlaceholder*
dtype0*
shape:
9
case0/ConstConst*
dtype0	*
valueB	R
m
case0/UniqueWithCountsV2UniqueWithCountsV2case0/in0_xcase0/Const*
out_idx0*
T0*
Taxis0	
8
case1/in1_xPlaceholder*
dtype0*
shape:
B
case1/ConstConst*
dtype0	*
valueB	R
ÿÿÿÿÿÿÿÿÿ
m
case1/UniqueWithCountsV2UniqueWithCountsV2case1/in1_xcase1/Const*
out_idx0*
T0*
Taxis0	
R
case2/in2_xPlaceholder*
dtype0*)
shape :ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
B
case2/ConstConst*
dtype0	*
valueB	R
þÿÿÿÿÿÿÿÿ
m
case2/UniqueWithCountsV2UniqueWithCountsV2case2/in2_xcase2/Const*
out_idx0	*
T0*
Taxis0	"ª*”
case2Š
6
x1
case2/in2_x:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ,
out1$
case2/UniqueWithCountsV2:1	O
out0G
case2/UniqueWithCountsV2:0'ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ5
out2-
case2/UniqueWithCountsV2:2	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*à
case1Ö

x
case1/in1_x:0,
out1$
case1/UniqueWithCountsV2:15
out0-
case1/UniqueWithCountsV2:0ÿÿÿÿÿÿÿÿÿ5
out2-
case1/UniqueWithCountsV2:2ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*‚
case0ø
$
x
case0/in0_x:0,
out1$
case0/UniqueWithCountsV2:1O
out0G
case0/UniqueWithCountsV2:0'ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ5
out2-
case0/UniqueWithCountsV2:2ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict