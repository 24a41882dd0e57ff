Ø
"serveê
8
case0/in0_xPlaceholder*
dtype0*
shape:
;
case0/UniqueUniquecase0/in0_x*
T0*
out_idx0
8
case1/in1_xPlaceholder*
dtype0*
shape:
;
case1/UniqueUniquecase1/in1_x*
T0*
out_idx0
A
case2/in2_xPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
;
case2/UniqueUniquecase2/in2_x*
T0*
out_idx0	
8
case3/in3_xPlaceholder*
dtype0*
shape:	
;
case3/UniqueUniquecase3/in3_x*
T0*
out_idx0	"ª*‘
case1‡

x
case1/in1_x:0 
out1
case1/Unique:1)
out0!
case1/Unique:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*‘
case3‡

x
case3/in3_x:0	 
out1
case3/Unique:1		)
out0!
case3/Unique:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*£
case2™
%
x 
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ)
out1!
case2/Unique:1	ÿÿÿÿÿÿÿÿÿ)
out0!
case2/Unique:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*‘
case0‡

x
case0/in0_x:0 
out1
case0/Unique:1)
out0!
case0/Unique:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict